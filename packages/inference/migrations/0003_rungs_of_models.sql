-- Models have rungs between their back end and the deterministic score: the same model's twin in
-- TypeScript, and a cheaper model under its own name.
alter table inference_record
  drop constraint inf_rung,
  drop constraint inf_degraded_is_lower_rung;
alter table inference_record
  add constraint inf_rung check (rung in ('backend', 'twin', 'variant', 'in-process', 'none')),
  add constraint inf_degraded_is_lower_rung check (
    degraded = (rung in ('twin', 'variant', 'in-process')));
