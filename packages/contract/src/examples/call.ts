/** The call of all examples. Its numbers are of those that are set aside for fiction. */
export const CALL_SID = '2cc0b494-c416-45fe-a473-89733a118781';

/** As much as jambonz says about a call in most of its messages. */
export const CALL = {
  call_sid: CALL_SID,
  direction: 'inbound',
  from: '+12025550147',
  to: '+12025550123',
  call_id: '35278830-7fce-40a5-9319-a958196489ce',
  sip_status: 200,
  sip_reason: 'OK',
  call_status: 'in-progress',
  account_sid: 'eac3b03f-2a93-432c-a14a-5af6afbfec0d',
  application_sid: 'ceb151ae-dc08-4f94-b449-d150e8a7cc80',
};

/** The verb that examples speak of. */
export const VERB_ID = 'b5e39996';

/** When all of it happens. */
export const TIME = '2026-01-31T12:00:00.000Z';
