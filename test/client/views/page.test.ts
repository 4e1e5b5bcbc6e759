import { describe, expect, it } from 'vitest';
import { escapeHtml, nonce, pageOf } from '../../../client/views/page.ts';

const PARTS = {
  view: 'streams', subject: 'file:///a"b<c>&.dts', title: '<b>', language: 'en', strings: { 'a "quoted" one': '<i>' },
  script: 'https://host/views.js', style: 'https://host/views.css', source: 'https://host', nonce: 'abc',
};

describe('the page of a webview', () => {
  const html = pageOf(PARTS);
  const policy = /content="(default-src[^"]*)"/.exec(html)?.[1] ?? '';

  it('lets in our script by its nonce, our style, and nothing else', () => {
    expect(policy.replaceAll('&#39;', "'")).toBe("default-src 'none'; style-src https://host; script-src 'nonce-abc'; base-uri 'none'; form-action 'none'");
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('<script nonce="abc" src="https://host/views.js"></script>');
    expect(html).not.toMatch(/unsafe|<style|\bon\w+=|style="/);
  });

  it('carries names that look like markup as text', () => {
    expect(html).toContain('<title>&lt;b&gt;</title>');
    expect(html).toContain('data-subject="file:///a&quot;b&lt;c&gt;&amp;.dts"');
    expect(html).toContain('data-strings="{&quot;a \\&quot;quoted\\&quot; one&quot;:&quot;&lt;i&gt;&quot;}"');
  });

  it('has a new nonce each time', () => {
    const made = new Set(Array.from({ length: 50 }, nonce));
    expect(made.size).toBe(50);
    expect([...made].every((one) => /^[0-9a-f]{48}$/.test(one))).toBe(true);
  });

  it('escapes what ends an attribute or begins a tag', () => expect(escapeHtml(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;'));
});
