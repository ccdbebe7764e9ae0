/** The shape of a catalogue, so that a translation that lacks a sentence does not compile. */
export type Messages<Catalogue> = {
  [Key in keyof Catalogue]: Catalogue[Key] extends string ? string : Messages<Catalogue[Key]>;
};
