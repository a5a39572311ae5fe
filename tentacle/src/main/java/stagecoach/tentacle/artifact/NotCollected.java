package stagecoach.tentacle.artifact;

/** A file is not kept, and will not be; the message says why, as the end of a sentence. */
final class NotCollected extends Exception {
    private static final long serialVersionUID = 1L;

    NotCollected(String why) {
        super(why);
    }
}
