// What `:in` and `:below` need of the published value sets and code systems: rules, codes and their
// hierarchy, without words.

/** A concept without its words; `child` properties name further children by code. */
function compactConcept({ code, concept, property }) {
  const row = { code };
  if (concept?.length > 0) row.concept = concept.map(compactConcept);
  const children = (property ?? []).filter((one) => one.code === 'child' && one.valueCode);
  if (children.length > 0) {
    row.property = children.map(({ valueCode }) => ({ code: 'child', valueCode }));
  }
  return row;
}

const compactRules = (rules) =>
  rules?.map(({ system, concept, filter, valueSet }) => ({
    system,
    concept: concept?.map(({ code }) => ({ code })),
    filter: filter?.map(({ property, op, value }) => ({ property, op, value })),
    valueSet,
  }));

/** @param bundles of ValueSets and CodeSystems; of two with one address the later stays */
export function compactTerminology(bundles) {
  const valueSets = {};
  const codeSystems = {};
  for (const { resource } of bundles.flatMap((bundle) => bundle.entry)) {
    const { resourceType, url, compose, content, concept } = resource;
    if (resourceType === 'ValueSet' && compose !== undefined) {
      const { include, exclude } = compose;
      valueSets[url] = {
        compose: { include: compactRules(include), exclude: compactRules(exclude) },
      };
    }
    if (resourceType === 'CodeSystem' && content === 'complete') {
      codeSystems[url] = { content, concept: (concept ?? []).map(compactConcept) };
    }
  }
  return { valueSets, codeSystems };
}
