import type { InferenceLane, InferenceModel, Overview } from '@holdfast/api-contract';
import { laneStanding, type Standing } from '../answers/answers.ts';
import { counted, formatCount } from '../format/count.ts';
import { formatDuration, formatTarget } from '../format/duration.ts';
import { Panel } from '../frame/panel.tsx';
import { StandingMark } from '../frame/standing-mark.tsx';
import './inference-panel.css';

type BackendState = Overview['inference']['backend']['state'];

const BACKEND: Readonly<Record<BackendState, readonly [Standing, string]>> = {
  up: ['good', 'Model back end up'],
  starting: ['watch', 'Model back end starting'],
  fallback: ['watch', 'Model back end gone: deterministic scores answer, and say so'],
  down: ['bad', 'Nothing scores'],
};

const childrenOf = (count: number): string =>
  `${formatCount(count)} child ${count === 1 ? 'process' : 'processes'}`;

/** Are patients scored in time: one lane per clinical tier, most urgent first. */
export function InferencePanel({ inference }: { readonly inference: Overview['inference'] }) {
  const { backend, tiers } = inference;
  const [standing, words] = BACKEND[backend.state];
  return (
    <Panel id="inference" title="Inference by clinical tier">
      <p className="lanes__backend">
        <StandingMark standing={standing} silent /> {words} · {childrenOf(backend.children)},{' '}
        {counted(backend.restarts, 'restart')}
      </p>
      {inference.models.map((model) => (
        <Model key={model.model} model={model} />
      ))}
      <div className="scroll" role="region" aria-label="Inference lanes" tabIndex={0}>
        <table className="table lanes">
          <thead>
            <tr>
              {['Waiting', 'Running', 'Done', 'Degraded', 'Refused', 'p99'].map((name) => (
                <th key={name} scope="col" className="table__number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          {tiers.map((lane) => (
            <Lane key={lane.tier} lane={lane} />
          ))}
        </table>
      </div>
    </Panel>
  );
}

const RUNTIMES: Readonly<Record<NonNullable<InferenceModel['runtime']>, string>> = {
  onnxruntime: 'in ONNX Runtime',
  typescript: 'as its twin in TypeScript',
};

/** Which trained model answers, from what, and what its answers are not for. */
function Model({ model }: { readonly model: InferenceModel }) {
  const { runtime, why, children } = model;
  const standing: Standing = children > 0 && runtime === 'onnxruntime' ? 'good' : 'watch';
  const where = runtime === null ? 'loading' : RUNTIMES[runtime];
  return (
    <p className="lanes__backend">
      <StandingMark standing={standing} silent /> {model.model} {where}, {childrenOf(children)}
      {why === null ? '' : ` (${why})`} · {model.statement}
    </p>
  );
}

function Lane({ lane }: { readonly lane: InferenceLane }) {
  const standing = laneStanding(lane);
  return (
    <tbody className="lane" data-standing={standing}>
      <tr>
        <th scope="rowgroup" colSpan={6} className="lane__head">
          <span className="lane__name">
            <span className="lane__tier">{lane.tier}</span>
            {lane.name}
          </span>
          <span className="lane__wait">
            {lane.oldestWaitMs === null || lane.waiting === 0 ? (
              'nothing waits'
            ) : (
              <>
                <StandingMark standing={standing} />
                oldest waits <strong>{formatDuration(lane.oldestWaitMs)}</strong>
              </>
            )}{' '}
            · target {formatTarget(lane.targetMs)}
          </span>
          <WaitBar lane={lane} />
        </th>
      </tr>
      <tr>
        <td className="table__number lane__waiting">{formatCount(lane.waiting)}</td>
        <td className="table__number">{formatCount(lane.running)}</td>
        <td className="table__number">{formatCount(lane.completed)}</td>
        <td className="table__number">{formatCount(lane.degraded)}</td>
        <td className="table__number">{formatCount(lane.refused)}</td>
        <td className="table__number">{lane.p99Ms === null ? '–' : formatDuration(lane.p99Ms)}</td>
      </tr>
    </tbody>
  );
}

/** The target stands at four fifths, so that a broken promise is seen to reach past it. */
const TARGET_AT = 80;

/** The text beside it says the same; the bar is for the eye. */
function WaitBar({ lane }: { readonly lane: InferenceLane }) {
  const share = Math.min(100, ((lane.oldestWaitMs ?? 0) / lane.targetMs) * TARGET_AT);
  return (
    <svg className="wait-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect className="wait-bar__track" width={TARGET_AT} height="6" />
      <rect className="wait-bar__value" width={share} height="6" />
      <rect className="wait-bar__target" x={TARGET_AT - 0.25} width="0.5" height="6" />
    </svg>
  );
}
