/**
 * Columns of a current version, in the shape of `resource` that a gate and `PROJECTION` look at.
 * From `resource r`.
 */
export const CURRENT_VERSION = `r.tenant, r.key, r.type, r.id, r.patient, r.other_patients, r.version,
  r.updated, r.deleted, r.content, r.confidentiality, r.sensitivity`;

/**
 * The same of an outgoing version: with the stricter of its labels and today's, and with the
 * patients that either names, all of whom must permit. From {@link OUTGOING_VERSIONS}.
 */
export const OUTGOING_VERSION = `h.tenant, h.resource as key, h.type, r.id,
  coalesce(h.patient, r.patient) as patient,
  case when h.patient is not distinct from r.patient
      and h.other_patients is not distinct from r.other_patients then h.other_patients
    else (select array_agg(distinct named) from unnest(
        coalesce(h.other_patients, '{}') || coalesce(r.other_patients, '{}') || r.patient) named
      where named <> coalesce(h.patient, r.patient)) end as other_patients,
  h.version, h.updated, h.deleted, h.content,
  stricter_confidentiality(h.confidentiality, r.confidentiality) as confidentiality,
  h.sensitivity | r.sensitivity as sensitivity`;

export const OUTGOING_VERSIONS =
  'history h join resource r on r.tenant = h.tenant and r.key = h.resource';
