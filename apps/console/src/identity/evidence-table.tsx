import type { IdentityEvidence, IdentityReview } from '@holdfast/api-contract';

const FIELDS: Readonly<Record<string, string>> = {
  given: 'Given name',
  family: 'Family name',
  birthDate: 'Birth date',
  gender: 'Gender',
  identifier: 'Identifier',
  email: 'E-mail',
  phone: 'Phone',
  houseNumber: 'House number',
  street: 'Street',
  locality: 'Town',
  postcode: 'Postcode',
  state: 'State',
};

/** Both records, field by field, with how much each field speaks for or against one person. */
export function EvidenceTable({ review }: { readonly review: IdentityReview }) {
  const most = Math.max(1, ...review.evidence.map(({ bits }) => Math.abs(bits)));
  return (
    <div className="identity__scroll" role="region" aria-label="The two records" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Patient/{review.one}</th>
            <th scope="col">Patient/{review.other}</th>
            <th scope="col">Speaks</th>
          </tr>
        </thead>
        <tbody>
          {review.evidence.map((each) => (
            <tr key={each.field}>
              <th scope="row">{FIELDS[each.field] ?? each.field}</th>
              <td>{each.one || '–'}</td>
              <td>{each.other || '–'}</td>
              <td>
                <Weight evidence={each} most={most} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Of the picture: from the middle to either end. */
const HALF = 60;

function Weight({
  evidence,
  most,
}: {
  readonly evidence: IdentityEvidence;
  readonly most: number;
}) {
  const { level, bits } = evidence;
  if (level === 'missing') return <span className="panel__note">not known</span>;
  const length = (Math.abs(bits) / most) * HALF;
  return (
    <span className="weight">
      <svg viewBox={`0 0 ${2 * HALF} 10`} width={2 * HALF} height="10" aria-hidden="true">
        <rect
          className={bits < 0 ? 'weight__against' : 'weight__for'}
          x={bits < 0 ? HALF - length : HALF}
          y="1"
          width={length}
          height="8"
        />
        <path className="weight__middle" d={`M${HALF} 0v10`} />
      </svg>
      {bits < 0 ? 'against' : 'for'}, {level} ({bits > 0 ? '+' : ''}
      {bits.toFixed(1)})
    </span>
  );
}
