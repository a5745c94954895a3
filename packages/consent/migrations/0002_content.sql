-- What only few consents ask of a resource's content; `src/content/content-facts.ts` reads the same
-- in process, and a test compares the two. STRICT: without content they find nothing.
create function consent_codings(part jsonb) returns setof text
language sql immutable strict parallel safe as $$
  select case when jsonb_typeof(found -> 'system') = 'string' then found ->> 'system' else '' end
    || '|' || (found ->> 'code')
  from jsonb_path_query(part, 'strict $.** ? (@.code.type() == "string")') as found
$$;

create function consent_references(part jsonb) returns setof text
language sql immutable strict parallel safe as $$
  select regexp_replace(found ->> 'reference', '/_history/[^/]+$', '')
  from jsonb_path_query(part, 'strict $.** ? (@.reference.type() == "string")') as found
$$;

-- The elements that say what kind of thing a resource is.
create function consent_class_part(content text) returns jsonb
language sql immutable strict parallel safe as $$
  select jsonb_build_array(c -> 'category', c -> 'type', c -> 'class') from (select content::jsonb) as one(c)
$$;

-- The elements that name who made or stated a resource. Of a request, the performer is who is asked.
create function consent_author_part(content text) returns jsonb
language sql immutable strict parallel safe as $$
  select jsonb_build_array(c -> 'agent', c -> 'assessor', c -> 'asserter', c -> 'author',
    c -> 'contributor', c -> 'enterer', c -> 'expressedBy', c -> 'informationSource',
    case when c ->> 'resourceType' like '%Request' then null else c -> 'performer' end,
    c -> 'recorder', c -> 'requester', c -> 'resultsInterpreter', c -> 'sender', c -> 'source')
  from (select content::jsonb) as one(c)
$$;
