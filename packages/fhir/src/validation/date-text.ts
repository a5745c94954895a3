const MONTH_LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ZERO = 0x30;
const DASH = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;

/**
 * Whether a text is a date, dateTime or instant as R4 writes them, of a day the calendar has
 * (https://hl7.org/fhir/R4/datatypes.html#dateTime). Read by character: dates are the most frequent
 * of the values that need more than a look, and the published expressions let 30 February through.
 */
export function isDateText(text: string, type: 'date' | 'dateTime' | 'instant'): boolean {
  const { length } = text;
  const year = number(text, 0, 4);
  if (!(year >= 1)) return false;
  if (length === 4) return type !== 'instant';
  const month = text.charCodeAt(4) === DASH ? number(text, 5, 2) : Number.NaN;
  if (!(month >= 1 && month <= 12)) return false;
  if (length === 7) return type !== 'instant';
  const day = text.charCodeAt(7) === DASH ? number(text, 8, 2) : Number.NaN;
  if (!(day >= 1 && day <= lastDay(year, month))) return false;
  if (length === 10) return type !== 'instant';
  return type !== 'date' && text[10] === 'T' && isTimeWithZone(text);
}

/** From position 11: hours to seconds, a fraction, and the zone that FHIR asks for. */
function isTimeWithZone(text: string): boolean {
  const [hour, minute, second] = [number(text, 11, 2), number(text, 14, 2), number(text, 17, 2)];
  const hasColons = text.charCodeAt(13) === COLON && text.charCodeAt(16) === COLON;
  if (!hasColons || !(hour <= 23) || !(minute <= 59) || !(second <= 60)) return false;
  let at = 19;
  if (text[at] === '.') {
    const from = ++at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at === from) return false;
  }
  if (text[at] === 'Z') return text.length === at + 1;
  const sign = text.charCodeAt(at);
  if ((sign !== PLUS && sign !== DASH) || text.length !== at + 6) return false;
  const [hours, minutes] = [number(text, at + 1, 2), number(text, at + 4, 2)];
  if (text.charCodeAt(at + 3) !== COLON) return false;
  return (hours <= 13 && minutes <= 59) || (hours === 14 && minutes === 0);
}

function lastDay(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !isLeap ? 28 : (MONTH_LENGTHS[month - 1] ?? 0);
}

const isDigit = (code: number): boolean => code >= ZERO && code <= 0x39;

/** NaN where one of the characters is no digit. */
function number(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - ZERO;
  }
  return value;
}
