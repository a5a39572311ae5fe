/** The far ends that the tentacle's tests speak to, and commands to give it. */
package stagecoach.tentacle.testing;
