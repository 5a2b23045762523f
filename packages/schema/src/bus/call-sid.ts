/** Longest call_sid taken, in characters; those of jambonz have 36. */
export const MAX_CALL_SID_LENGTH = 256;
