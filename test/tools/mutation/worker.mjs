/** Runs the bundle for one mutant after another, as its parent asks; a new process after a hang. */
const [bundle] = process.argv.slice(2);

/** Tests that killed something before are tried first. */
const kills = new Map();

process.on('message', async ({ id }) => {
  globalThis.__mutantNumber = id;
  let killer;
  try {
    const { runAll } = await import(`${bundle}?mutant=${id}`);
    killer = await runAll(kills);
  } catch (error) {
    killer = `the bundle does not load: ${error.message}`;
  }
  if (killer !== undefined) kills.set(killer, (kills.get(killer) ?? 0) + 1);
  process.send({ id, killer });
});
process.send({ ready: true });
