import type { Persona } from '@holdfast/api-contract';
import { Button } from '@mantine/core';
import { useId, useState } from 'react';

interface PersonaCardProps {
  readonly persona: Persona;
  readonly busy: boolean;
  readonly onChoose: (purpose: string) => void;
}

/** HL7 v3-PurposeOfUse in words, for the purposes people sign in with. */
const PURPOSES: Readonly<Record<string, string>> = {
  TREAT: 'treatment',
  ETREAT: 'emergency treatment',
  HOPERAT: 'operations',
  HSYSADMIN: 'system administration',
  HPAYMT: 'payment',
  HRESCH: 'research',
  PATRQT: 'own request',
  HCOMPL: 'compliance',
  PUBHLTH: 'public health',
};

const purposeWords = (code: string): string => PURPOSES[code] ?? code;

/** One person to be, with the purpose to act for. */
export function PersonaCard({ persona, busy, onChoose }: PersonaCardProps) {
  const [purpose, setPurpose] = useState(persona.purposes[0] ?? '');
  const select = useId();
  return (
    <li className="persona">
      <h3 className="persona__name">{persona.name}</h3>
      <p className="persona__role">{persona.role.replaceAll('-', ' ')}</p>
      <p className="persona__text">{persona.description}</p>
      <div className="persona__foot">
        {persona.purposes.length > 1 ? (
          <label className="persona__purpose" htmlFor={select}>
            for{' '}
            <select
              id={select}
              value={purpose}
              onChange={(event) => setPurpose(event.target.value)}
            >
              {persona.purposes.map((code) => (
                <option key={code} value={code}>
                  {purposeWords(code)}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <span className="persona__purpose">for {purposeWords(purpose)}</span>
        )}
        <Button
          size="xs"
          loading={busy}
          onClick={() => onChoose(purpose)}
          aria-label={`Sign in as ${persona.name}`}
        >
          Sign in
        </Button>
      </div>
    </li>
  );
}
