package stagecoach.orchestrator.app.page.course;

import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.Flow.Subscription;

/** Takes lines as they come. */
record Collected(Queue<String> lines) implements Flow.Subscriber<String> {
    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        lines.add(line);
    }

    @Override
    public void onError(Throwable failure) {
        lines.add("failed: " + failure);
    }

    @Override
    public void onComplete() {
        lines.add("complete");
    }
}
