/** One line of JSON; positions and storage keys are 64-bit and become text. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? String(each) : each,
  );
  return `${text}\n`;
}
