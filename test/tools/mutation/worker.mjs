/** Runs the bundle for one mutant after another, as its parent asks; a new process after a hang. */
const [bundle] = process.argv.slice(2);

/** Tests that killed something before are tried first. */
const kills = new Map();

async function answer({ id, order }) {
  globalThis.__mutantNumber = id;
  try {
    const { runAll, survey } = await import(`${bundle}?mutant=${id}`);
    if (order === undefined) return { survey: await survey() };
    const hopeful = order.filter((test) => kills.has(test)).toSorted((a, b) => kills.get(b) - kills.get(a));
    const killer = await runAll([...hopeful, ...order.filter((test) => !kills.has(test))]);
    if (killer !== undefined) kills.set(killer, (kills.get(killer) ?? 0) + 1);
    return { killer };
  } catch (error) {
    return { killer: `the bundle does not load: ${error.message}` };
  }
}

// A parent that was stopped leaves no one to answer.
process.on('disconnect', () => process.exit());
process.on('message', async (message) => {
  process.send(await answer(message));
});
process.send({ ready: true });
