/** Style sheets are the bundler's business: an import makes it write the sheet beside the script. */
declare module '*.css';
