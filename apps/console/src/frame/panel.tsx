import type { ReactNode } from 'react';
import './panel.css';

interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Beside the heading: a figure or a control. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A section of the page: a landmark with a heading that the question strip links to. */
export function Panel({ id, title, aside, children }: PanelProps) {
  return (
    <section className="panel" id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <header className="panel__head">
        <h2 className="panel__title" id={`${id}-title`}>
          {title}
        </h2>
        {aside === undefined ? null : <div className="panel__aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** Figures as name and value, side by side. */
export function Figures({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="figures">
      {rows.map(([name, value]) => (
        <div key={name} className="figures__pair">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
