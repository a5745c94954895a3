/** A FHIR R4 resource of the demo: it has an id of its own, so that loading it twice changes nothing. */
export interface DemoResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

/** A FHIR transaction Bundle (R4 http.html section 3.1.0.11) of updates as create. */
export interface DemoTransaction {
  readonly resourceType: 'Bundle';
  readonly type: 'transaction';
  readonly entry: readonly {
    readonly resource: DemoResource;
    readonly request: { readonly method: 'PUT'; readonly url: string };
  }[];
}

export function transaction(resources: readonly DemoResource[]): DemoTransaction {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  };
}
