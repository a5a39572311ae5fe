package stagecoach.packages.app.upstream;

import jakarta.inject.Singleton;
import java.util.function.LongConsumer;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.budget.Places;
import stagecoach.packages.app.upstream.Upstream.Asker;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.vocabulary.identity.FeedId;

/** The links from feeds outside to here: so much comes over each as its feed's budget says. */
@Singleton
class FeedLinks {
    private final Paces paces;
    private final Places places;

    FeedLinks(Paces paces, Places places) {
        this.paces = paces;
        this.places = places;
    }

    /**
     * How bytes come over a link, on which releases and readers have their turns.
     *
     * @param came told how many came, as they come
     */
    Passage passage(FeedId feed, Asker asker, LongConsumer came) {
        return new Passage() {
            @Override
            public Place enter() throws InterruptedException {
                return places.enter(feed, asker.name())::close;
            }

            @Override
            public void came(long bytes) {
                came.accept(bytes);
            }

            @Override
            public long leave(long most) throws InterruptedException {
                return paces.leaveFrom(feed, most);
            }
        };
    }
}
