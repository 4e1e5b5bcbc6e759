/** The language server as a process of its own: `node server.js --stdio`. */
export {};
