package stagecoach.packages.app.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.app.replication.CacheContents.Page;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.vocabulary.packages.Sha512;

class CacheContentsTest {
    private final List<Sha512> held = new ArrayList<>();

    private static Sha512 digest(int number) {
        return Sha512.parseHex("%0128x".formatted(number));
    }

    private static Page page(boolean more, int... numbers) {
        return new Page(
                new DiskRoom(1, 1),
                IntStream.of(numbers).mapToObj(CacheContentsTest::digest).toList(),
                List.of(),
                more);
    }

    @Test
    void the_last_of_full_pages_may_be_empty() throws Exception {
        CacheContents.add(page(true, 1, 2), held);
        CacheContents.add(page(false), held);
        assertThat(held).containsExactly(digest(1), digest(2));
        CacheContents.add(page(false), new ArrayList<>());
    }

    @Test
    void what_is_told_in_no_order_or_without_an_end_is_not_believed() throws Exception {
        CacheContents.add(page(true, 1, 2), held);
        for (Page wrong :
                List.of(page(true, 2, 3), page(true, 9, 1), page(true, 3, 3), page(true))) {
            assertThatThrownBy(() -> CacheContents.add(wrong, new ArrayList<>(held)))
                    .isInstanceOf(CacheAway.class);
        }
        assertThatThrownBy(() -> CacheContents.add(page(true), new ArrayList<>()))
                .isInstanceOf(CacheAway.class);
    }
}
