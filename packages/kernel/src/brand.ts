declare const brand: unique symbol;

/** A nominal type: two brands over the same representation do not mix. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
