import { type FaultCatalogue, faults } from '@holdfast/kernel';

export const SERVER_FAULTS = {
  SERVER_UNKNOWN_TYPE: {
    status: 404,
    issue: 'not-supported',
    text: 'This is not a resource type of FHIR R4.',
    mend: 'Check the spelling; types are case-sensitive, e.g. Patient.',
  },
  SERVER_UNKNOWN_ROUTE: {
    status: 404,
    issue: 'not-found',
    text: 'There is nothing at this address.',
    mend: 'The FHIR base is /fhir/R4, its CapabilityStatement /fhir/R4/metadata.',
  },
  SERVER_METHOD_NOT_ALLOWED: {
    status: 405,
    issue: 'not-supported',
    text: 'This interaction is not offered at this address.',
    mend: 'See the CapabilityStatement at /fhir/R4/metadata.',
  },
  SERVER_BODY_INVALID: {
    status: 400,
    issue: 'structure',
    text: 'The body is not a valid FHIR R4 resource.',
    mend: 'Correct the elements that the issues name and send it again.',
  },
  SERVER_REQUEST_INVALID: {
    status: 400,
    issue: 'structure',
    text: 'The body is not what this address takes.',
    mend: 'Correct the members that the issue names; the OpenAPI document describes them.',
  },
  SERVER_BODY_TOO_LARGE: {
    status: 413,
    issue: 'too-long',
    text: `The body is larger than ${20} MiB, so it was not read.`,
    mend: 'Split the Bundle, or store large content as an attachment by url.',
  },
  SERVER_MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    issue: 'not-supported',
    text: 'The body has a media type that this server does not read.',
    mend: 'Send JSON with the header "Content-Type: application/fhir+json".',
  },
  SERVER_NOT_ACCEPTABLE: {
    status: 406,
    issue: 'not-supported',
    text: 'This server answers in JSON only.',
    mend: 'Send the header "Accept: application/fhir+json", or leave _format out.',
  },
  SERVER_ID_MISMATCH: {
    status: 400,
    issue: 'invalid',
    text: 'The id in the resource is not the id in the address.',
    mend: 'Make them equal.',
  },
  SERVER_ID_INVALID: {
    status: 400,
    issue: 'value',
    text: 'This is not a FHIR id: 1 to 64 of the characters A-Z a-z 0-9 - and dot.',
    mend: 'Correct the id in the address.',
  },
  SERVER_IF_MATCH_INVALID: {
    status: 400,
    issue: 'value',
    text: 'The If-Match header is not a version tag such as W/"3".',
    mend: 'Send the ETag of the version that the change started from.',
  },
  SERVER_IF_NONE_MATCH_INVALID: {
    status: 400,
    issue: 'value',
    text: 'The only If-None-Match that an update takes is *.',
    mend: 'Send If-None-Match: * to create only, or If-Match with the version to change.',
  },
  SERVER_CONDITION_INVALID: {
    status: 412,
    issue: 'invalid',
    text: 'A conditional write needs criteria, all of which are understood.',
    mend: 'Give search parameters that the type has, e.g. identifier=system|value.',
  },
  SERVER_PATCH_UNSUPPORTED: {
    status: 415,
    issue: 'not-supported',
    text: 'A patch comes as JSON Patch or as FHIRPath Patch.',
    mend: 'Send application/json-patch+json, or a Parameters resource as application/fhir+json.',
  },
  SERVER_CONDITION_UNSUPPORTED: {
    status: 412,
    issue: 'not-supported',
    text: 'Conditional create, update and delete are not offered.',
    mend: 'Search first, then write by id; or drop the condition.',
  },
  SERVER_SEARCH_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The search parameters cannot be understood.',
    mend: 'Correct the parameters that the issues name.',
  },
  SERVER_RESOURCE_NOT_FOUND: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such resource here, or it may not be seen with this token.',
    mend: 'Check the type and the id.',
  },
  SERVER_GONE: {
    status: 410,
    issue: 'deleted',
    text: 'The resource was deleted.',
    mend: 'Its earlier versions are at [address]/_history.',
  },
  SERVER_FORBIDDEN: {
    status: 403,
    issue: 'forbidden',
    text: 'The roles and purposes in this token do not allow this.',
    mend: 'Sign in with a role or purpose of use that does.',
  },
  SERVER_DEPENDENCY_AWAY: {
    status: 503,
    issue: 'transient',
    text: 'The database cannot be reached, so nothing was read or written.',
    mend: 'Send the request again after the time in Retry-After.',
    retryable: true,
  },
  SERVER_TOO_SLOW: {
    status: 503,
    issue: 'timeout',
    text: 'The request took longer than a statement may take, so it was given up.',
    mend: 'Narrow the search, or send the request again later.',
    retryable: true,
  },
  SERVER_BUSY: {
    status: 503,
    issue: 'throttled',
    text: 'The server has as much to do as it can take.',
    mend: 'Send the request again after the time in Retry-After.',
    retryable: true,
  },
  SERVER_TENANT_BUSY: {
    status: 429,
    issue: 'throttled',
    text: 'This organisation has as many requests waiting as it may; others are still served.',
    mend: 'Send fewer requests at once, and this one again after the time in Retry-After.',
    retryable: true,
  },
  SERVER_INTERNAL: {
    status: 500,
    issue: 'exception',
    text: 'The server failed. The failure was recorded under the request id.',
    mend: 'Send the request again; if it fails again, report the request id.',
  },
} as const satisfies FaultCatalogue;

export const serverFault = faults(SERVER_FAULTS);
