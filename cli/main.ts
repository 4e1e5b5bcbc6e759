/** The `vsmmu` command: reads the subcommand and hands over. */
process.stdout.write('vsmmu: commands are on their way\n');
