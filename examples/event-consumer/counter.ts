import { consumerOf, defineConsumer } from '@holdfast/events';

/** How often a patient filled in a questionnaire: a projection of the log. */
export const counter = consumerOf(
  defineConsumer({
    group: 'questionnaires-taken',
    handles: { resourceTypes: ['QuestionnaireResponse'], interactions: ['create'] },
    effect: async (tx, event) => {
      await tx.query(
        `insert into example.taken as t (patient, times) values ($1, 1)
         on conflict (patient) do update set times = t.times + 1`,
        [event.patientId ?? 'nobody'],
      );
    },
  }),
);
