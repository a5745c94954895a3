import protobuf from 'protobufjs';

/**
 * The part of `onnx.proto3` (ONNX IR version 8) that these models need: names, types and numbers of
 * the fields as the standard gives them.
 */
const root: protobuf.Root = protobuf.Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        ModelProto: fields({
          irVersion: ['int64', 1],
          opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
          producerName: ['string', 2],
          producerVersion: ['string', 3],
          domain: ['string', 4],
          modelVersion: ['int64', 5],
          docString: ['string', 6],
          graph: ['GraphProto', 7],
          metadataProps: ['StringStringEntryProto', 14, 'repeated'],
        }),
        OperatorSetIdProto: fields({ domain: ['string', 1], version: ['int64', 2] }),
        StringStringEntryProto: fields({ key: ['string', 1], value: ['string', 2] }),
        GraphProto: fields({
          node: ['NodeProto', 1, 'repeated'],
          name: ['string', 2],
          initializer: ['TensorProto', 5, 'repeated'],
          docString: ['string', 10],
          input: ['ValueInfoProto', 11, 'repeated'],
          output: ['ValueInfoProto', 12, 'repeated'],
        }),
        NodeProto: fields({
          input: ['string', 1, 'repeated'],
          output: ['string', 2, 'repeated'],
          name: ['string', 3],
          opType: ['string', 4],
          attribute: ['AttributeProto', 5, 'repeated'],
          domain: ['string', 7],
        }),
        AttributeProto: fields({
          name: ['string', 1],
          f: ['float', 2],
          i: ['int64', 3],
          s: ['bytes', 4],
          floats: ['float', 7, 'repeated'],
          ints: ['int64', 8, 'repeated'],
          strings: ['bytes', 9, 'repeated'],
          type: ['int32', 20],
        }),
        TensorProto: fields({
          dims: ['int64', 1, 'repeated'],
          dataType: ['int32', 2],
          floatData: ['float', 4, 'repeated'],
          name: ['string', 8],
        }),
        ValueInfoProto: fields({ name: ['string', 1], type: ['TypeProto', 2] }),
        TypeProto: fields({ tensorType: ['TensorType', 1] }),
        TensorType: fields({ elemType: ['int32', 1], shape: ['TensorShapeProto', 2] }),
        TensorShapeProto: fields({ dim: ['Dimension', 1, 'repeated'] }),
        Dimension: fields({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
      },
    },
  },
});

type Field = readonly [type: string, id: number, rule?: 'repeated'];

function fields(declared: Readonly<Record<string, Field>>): protobuf.IType {
  return {
    fields: Object.fromEntries(
      Object.entries(declared).map(([name, [type, id, rule]]) => [
        name,
        { type, id, ...(rule === undefined ? {} : { rule }) },
      ]),
    ),
  };
}

const MODEL = root.lookupType('onnx.ModelProto');

/** @throws Error where the object is not a ModelProto: a bug of the writer */
export function encodeModel(model: Readonly<Record<string, unknown>>): Uint8Array {
  const fault = MODEL.verify(model);
  if (fault !== null) throw new Error(`not a ModelProto: ${fault}`);
  return MODEL.encode(MODEL.fromObject(model)).finish();
}
