/** Short forms by the name they stand for; one short form may stand for several names. */
const SHORT_FORMS: Readonly<Record<string, string>> = {
  alexander: 'alex al sasha xander',
  alexandra: 'alex sandra sasha',
  andrew: 'andy drew',
  anthony: 'tony',
  benjamin: 'ben benny',
  catherine: 'cathy kate katie kathy',
  charles: 'charlie chuck',
  christopher: 'chris kit',
  daniel: 'dan danny',
  david: 'dave',
  deborah: 'deb debbie',
  edward: 'ed eddie ted',
  elizabeth: 'beth betty eliza libby liz lizzie',
  francis: 'frank',
  frederick: 'fred freddie',
  gregory: 'greg',
  henry: 'harry hal',
  isabella: 'bella izzy',
  jacob: 'jake',
  james: 'jim jimmy jamie',
  jennifer: 'jen jenny',
  jessica: 'jess jessie',
  john: 'jack johnny',
  jonathan: 'jon',
  joseph: 'joe joey',
  joshua: 'josh',
  katherine: 'kate katie kathy kat',
  lawrence: 'larry',
  margaret: 'maggie meg peggy',
  matthew: 'matt',
  michael: 'mike mick mickey',
  nicholas: 'nick nicky',
  patricia: 'pat patty trish',
  patrick: 'pat paddy',
  peter: 'pete',
  rebecca: 'becca becky',
  richard: 'dick rich rick ricky',
  robert: 'bob bobby rob robbie',
  samantha: 'sam',
  samuel: 'sam sammy',
  stephen: 'steve',
  steven: 'steve',
  susan: 'sue susie',
  theodore: 'ted theo',
  thomas: 'tom tommy',
  timothy: 'tim',
  victoria: 'vicky tori',
  william: 'bill billy liam will',
  zachary: 'zach zack',
};

const NAMES_BY_FORM = new Map<string, ReadonlySet<string>>();
for (const [name, forms] of Object.entries(SHORT_FORMS)) {
  for (const form of [name, ...forms.split(' ')]) {
    NAMES_BY_FORM.set(form, new Set([...(NAMES_BY_FORM.get(form) ?? []), name]));
  }
}

/** Do two normalised given names stand for one full name (`bob`, `robert`)? */
export function isNickname(one: string, other: string): boolean {
  const names = NAMES_BY_FORM.get(one);
  const others = NAMES_BY_FORM.get(other);
  if (names === undefined || others === undefined) return false;
  return [...names].some((name) => others.has(name));
}
