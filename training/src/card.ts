import type { Evaluation } from './evaluation.ts';
import type { atThreshold } from './measures.ts';
import type { TrainingTask } from './task.ts';

/** 170.315(b)(11)(iv)(B) has 31 source attributes in nine groups; a value of null is missing, and says so. */
export interface SourceAttribute {
  readonly number: number;
  readonly group: string;
  readonly name: string;
  readonly value: string | null;
}

export interface CardFacts {
  readonly task: TrainingTask;
  readonly method: string;
  readonly statement: string;
  readonly training: { readonly seed: number; readonly patients: number; readonly rows: number };
  readonly evaluations: readonly Evaluation[];
  /** By feature: the share that was missing, and its hundredths. */
  readonly reference: Readonly<
    Record<string, { readonly missing: number; readonly quantiles: readonly number[] }>
  >;
  /** What each band finds, and how much of what it says comes true. */
  readonly operatingPoints: readonly (ReturnType<typeof atThreshold> & {
    readonly seed: number;
    readonly band: string;
  })[];
}

export function cardOf(facts: CardFacts) {
  return {
    statement: facts.statement,
    method: facts.method,
    baseline: facts.task.baseline,
    training: facts.training,
    evaluations: facts.evaluations,
    operatingPoints: facts.operatingPoints,
    reference: facts.reference,
    sourceAttributes: attributesOf(facts),
  };
}

/** Groups of the rule in its order, each with its attributes in theirs. */
type Group = readonly [string, readonly (readonly [name: string, value: string | null])[]];

function attributesOf(facts: CardFacts): SourceAttribute[] {
  const groups = [...described(facts), ...measured(facts), ...KEPT_UP];
  const rows = groups.flatMap(([group, attributes]) =>
    attributes.map(([name, value]) => ({ group, name, value })),
  );
  return rows.map((row, i) => ({ number: i + 1, ...row }));
}

function described({ task, training }: CardFacts): readonly Group[] {
  const { words } = task;
  const inclusion = `${words.inclusion} Seed ${training.seed}, ${training.patients} patients.`;
  return [
    [
      'output',
      [
        ['developer and contact', 'The Holdfast project; see SECURITY.md.'],
        ['funding', 'None.'],
        ['value', words.output],
        ['type', 'Prediction.'],
      ],
    ],
    [
      'purpose',
      [
        ['intended use', words.intendedUse],
        ['intended patients', words.patients],
        ['intended users', words.users],
        ['role in decisions', 'Informs; it decides nothing and makes nothing less urgent.'],
      ],
    ],
    [
      'out of scope',
      [
        ['cautioned against', words.outOfScope],
        ['risks and limits', words.risks],
      ],
    ],
    [
      'development',
      [
        ['inclusion and exclusion', inclusion],
        ['demographic variables used', words.demographics],
        ['representativeness', 'Of the synthetic population only.'],
        ['relevance to the setting', 'None is claimed.'],
      ],
    ],
    [
      'fairness',
      [
        ['approach', 'Discrimination is compared between groups of age and sex.'],
        ['reduction of bias', 'None is applied; the gap between groups is a gate of promotion.'],
      ],
    ],
  ];
}

function measured({ task, evaluations }: CardFacts): readonly Group[] {
  const between = (of: (each: Evaluation) => number): string => {
    const values = evaluations.map(of);
    return `${Math.min(...values)} to ${Math.max(...values)}`;
  };
  const validity = [
    `On ${evaluations.length} held-out seeds: AUROC ${between(({ auroc }) => auroc)}`,
    `${task.baseline} ${between(({ baseline }) => baseline.auroc)}`,
    `average precision ${between((each) => each.averagePrecision)}`,
    `${task.baseline} ${between(({ baseline }) => baseline.averagePrecision)}`,
    `Brier ${between((each) => each.brier)}`,
    `calibration error ${between((each) => each.calibrationError)}`,
  ].join('; ');
  const fairness = Object.keys(evaluations[0]?.subgroups ?? {})
    .map((name) => `${name}: AUROC ${between(({ subgroups }) => subgroups[name]?.auroc ?? 0)}`)
    .join('; ');
  return [
    [
      'external validation',
      [
        ['data', null],
        ['who tested', null],
        ['representativeness', null],
        ['process', null],
      ],
    ],
    [
      'performance',
      [
        ['validity, same source', `${validity}.`],
        ['fairness, same source', `${fairness}.`],
        ['validity, external', null],
        ['fairness, external', null],
        ['evaluations of outcomes', null],
      ],
    ],
  ];
}

/** The local figures are filled in by a running server. */
const KEPT_UP: readonly Group[] = [
  [
    'maintenance',
    [
      ['monitoring of validity', 'Errors, latency, drift and missing inputs, with every answer.'],
      ['validity in local data', null],
      ['monitoring of fairness', 'The gap between subgroups, where outcomes are known.'],
      ['fairness in local data', null],
    ],
  ],
  [
    'updates',
    [
      ['process and frequency', 'A new version by `npm run train`, through the same gates.'],
      ['correction', 'Rolled back by itself when a watch fails; by hand at any time.'],
    ],
  ],
];
