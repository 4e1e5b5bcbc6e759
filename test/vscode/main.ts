import { install } from './harness/install.ts';

export async function main(_words: readonly string[]): Promise<number> {
  console.log(await install());
  return 0;
}
