/** The command as it was given, ready to be typed again. */
export function commandLine(): string {
  return ['konkyo', ...process.argv.slice(2)].map(quote).join(' ');
}

/** As a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
