package stagecoach.gateway.door;

/**
 * The state of a day's stream of refusals.
 *
 * @param told how many events it has
 */
public record DoorState(int told) {}
