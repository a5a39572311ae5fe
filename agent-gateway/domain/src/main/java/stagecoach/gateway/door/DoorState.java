package stagecoach.gateway.door;

/**
 * The state of a day's stream of refusals.
 *
 * @param told how many events it has
 * @param strangers how many of them tell of nobody who is or was known
 */
public record DoorState(int told, int strangers) {}
