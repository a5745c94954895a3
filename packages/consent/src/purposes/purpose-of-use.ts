/**
 * v3-PurposeOfUse: each code's parent. Purposes subsume like sensitivities: a provision for TREAT
 * speaks of emergency treatment too, so no caller slips past a deny by claiming a narrower purpose.
 */
const PARENT: Readonly<Record<string, string>> = {
  ...children('TREAT', 'CLINTRL COC ETREAT POPHLTH'),
  ...children('ETREAT', 'BTG ERTREAT'),
  ...children('HPAYMT', 'CLMATTCH COVAUTH COVERAGE REMITADV'),
  ...children('COVERAGE', 'ELIGDTRM ELIGVER ENROLLM MILDCRG'),
  ...children(
    'HOPERAT',
    'CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP ' +
      'HSYSADMIN MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV TRAIN',
  ),
  ...children('HSYSADMIN', 'LABELING METAMGT'),
  ...children('SYSDEV', 'HTEST'),
  ...children('HRESCH', 'BIORCH CLINTRCH DSRCH POARCH TRANSRCH'),
  ...children('CLINTRCH', 'CLINTRCHNPC CLINTRCHPC PRECLINTRCH'),
  ...children('PATRQT', 'FAMRQT PWATRNY SUPNWK'),
  ...children('PUBHLTH', 'DISASTER THREAT'),
};

function children(parent: string, codes: string): Record<string, string> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, parent]));
}

/** Is `purpose` the purpose `ancestor`, or a kind of it? */
export function purposeWithin(purpose: string, ancestor: string): boolean {
  for (let code: string | undefined = purpose; code !== undefined; code = PARENT[code]) {
    if (code === ancestor) return true;
  }
  return false;
}

/** Within any of the list? */
export const purposeWithinAny = (purpose: string, ancestors: readonly string[]): boolean =>
  ancestors.some((ancestor) => purposeWithin(purpose, ancestor));

/** A code of v3-PurposeOfUse, or one of another system as `system|code`. */
export const isPurposeOfUse = (code: string): boolean =>
  Object.hasOwn(PARENT, code) ||
  Object.values(PARENT).includes(code) ||
  /^[^|\s]+\|\S+$/.test(code);
