/** What was counted: for one call, or shared by all calls of a load. */
export class Tally {
  /** Calls whose initial application was accepted. */
  callsSetUp = 0;
  messagesSent = 0;
  messagesReceived = 0;
  bytesSent = 0;
  bytesReceived = 0;
  commandsReceived = 0;
  /** Commands and acks without effect; the call's `ignored` says why. */
  ignored = 0;
  verbsStarted = 0;
  verbsFinished = 0;
  verbStatusesSent = 0;
  callStatusesSent = 0;
  /** Messages that wanted an ack and got it in time. */
  acksAnswered = 0;
  /** Messages that wanted an ack and got none in 5 s. */
  acksUnanswered = 0;
  /** Acks that came after their 5 s, or after the socket they belonged to was gone. */
  acksLate = 0;
  /** Second and further acks. */
  acksDuplicate = 0;
  /** Acks for a message id never used. */
  acksUnknown = 0;
  /** Messages that were thrown away: queue full, or the socket never came back. */
  messagesLost = 0;
  /** Sockets that went away without the call wanting it. */
  drops = 0;
  /** Connects of a call after its first one. */
  reconnects = 0;
  /** Frames that would have crashed jambonz: too large or broken, on a socket it was closing. */
  crashes = 0;
}
