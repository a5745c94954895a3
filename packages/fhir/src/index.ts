export { isResourceType, type ResourceType, resourceTypes, typeCode, typeOfCode } from './resource-types.ts';
