package stagecoach.local.launcher.demo;

/** The demo did not go as it should; the message says what was expected and what came. */
final class DemoRefused extends RuntimeException {
    DemoRefused(String sentence) {
        super(sentence);
    }
}
