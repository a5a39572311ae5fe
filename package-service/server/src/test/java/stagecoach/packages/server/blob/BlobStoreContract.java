package stagecoach.packages.server.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.apache.commons.io.input.BrokenInputStream;
import org.junit.jupiter.api.Test;
import stagecoach.vocabulary.packages.Sha512;

/** What every {@link BlobStore} keeps to; the test of each kind of storage extends it. */
public abstract class BlobStoreContract {

    protected static final byte[] CONTENT = "what a package is made of".getBytes(UTF_8);
    protected static final Sha512 DIGEST = Sha512.hashOf(CONTENT);

    /** The store, in which nothing is at the beginning of a test. */
    protected abstract BlobStore store();

    /** The names of all that its storage holds, be it a blob or not. */
    protected abstract List<String> held() throws IOException;

    /** Puts other content in the place of a blob, behind the store's back. */
    protected abstract void damage(Sha512 digest, byte[] content) throws IOException;

    protected static InputStream stream(byte[] content) {
        return new ByteArrayInputStream(content);
    }

    @Test
    protected void what_was_put_is_there_whole_and_in_ranges() throws IOException {
        var store = store();
        assertThat(store.put(DIGEST, stream(CONTENT)))
                .isEqualTo(new PutOutcome.Stored(CONTENT.length));

        assertThat(store.has(DIGEST)).isTrue();
        assertThat(store.size(DIGEST)).hasValue(CONTENT.length);
        assertThat(store.read(DIGEST, 0, CONTENT.length).orElseThrow()).hasBinaryContent(CONTENT);
        assertThat(store.read(DIGEST, 5, 9).orElseThrow()).hasContent("a package");
        assertThat(store.read(DIGEST, CONTENT.length - 4, 100).orElseThrow()).hasContent("e of");
        assertThat(store.list()).containsExactly(DIGEST);
        assertThat(held()).hasSize(1);
    }

    @Test
    protected void a_blob_that_lies_in_a_file_is_all_of_that_file() throws IOException {
        store().put(DIGEST, stream(CONTENT));

        assertThat(store().asFile(DIGEST))
                .satisfiesAnyOf(
                        file -> assertThat(file).isEmpty(),
                        file -> assertThat(file.orElseThrow()).hasBinaryContent(CONTENT));
    }

    @Test
    protected void what_was_never_put_is_absent_in_every_way() throws IOException {
        var store = store();
        assertThat(store.has(DIGEST)).isFalse();
        assertThat(store.hasUnchecked(DIGEST)).isFalse();
        assertThat(store.size(DIGEST)).isEqualTo(OptionalLong.empty());
        assertThat(store.open(DIGEST)).isEmpty();
        assertThat(store.read(DIGEST, 0, 1)).isEmpty();
        assertThat(store.delete(DIGEST)).isFalse();
        assertThat(store.verify(DIGEST)).isEqualTo(new Verification.Absent());
        assertThat(store.list()).isEmpty();
    }

    @Test
    protected void what_is_deleted_is_gone_and_the_others_stay() throws IOException {
        var other = "something else".getBytes(UTF_8);
        store().put(DIGEST, stream(CONTENT));
        store().put(Sha512.hashOf(other), stream(other));
        assertThat(store().list()).containsExactlyInAnyOrder(DIGEST, Sha512.hashOf(other));

        assertThat(store().delete(DIGEST)).isTrue();

        assertThat(store().has(DIGEST)).isFalse();
        assertThat(store().delete(DIGEST)).isFalse();
        assertThat(store().list()).containsExactly(Sha512.hashOf(other));
        assertThat(held()).hasSize(1);
    }

    @Test
    protected void content_with_another_digest_is_reported_and_leaves_nothing() throws IOException {
        var other = "something else".getBytes(UTF_8);

        assertThat(store().put(DIGEST, stream(other)))
                .isEqualTo(new PutOutcome.Mismatch(Sha512.hashOf(other), other.length));

        assertThat(held()).isEmpty();
    }

    @Test
    protected void a_source_that_breaks_off_leaves_nothing() throws IOException {
        var breaking =
                new SequenceInputStream(
                        new ByteArrayInputStream(CONTENT, 0, 10),
                        new BrokenInputStream(() -> new IOException("the line is dead")));

        assertThatThrownBy(() -> store().put(DIGEST, breaking)).hasMessage("the line is dead");

        assertThat(held()).isEmpty();
    }

    @Test
    protected void a_draft_is_thrown_away_unless_it_is_kept() throws IOException {
        try (var draft = store().draft()) {
            draft.write(CONTENT, 0, CONTENT.length);
            assertThat(draft.seal()).isEqualTo(DIGEST);
            try (var channel = draft.open()) {
                assertThat(channel.size()).isEqualTo(CONTENT.length);
            }
        }
        assertThat(held()).isEmpty();
    }

    @Test
    protected void a_draft_can_be_inspected_and_is_no_blob_until_it_is_kept() throws IOException {
        try (var draft = store().draft()) {
            draft.write(CONTENT, 0, 10);
            draft.flush();
            draft.write(CONTENT, 10, CONTENT.length - 10);
            assertThat(draft.size()).isEqualTo(CONTENT.length);
            assertThat(draft.seal()).isEqualTo(DIGEST);
            assertThat(draft.seal()).isEqualTo(DIGEST);
            draft.flush();
            try (var channel = draft.open()) {
                assertThat(Channels.newInputStream(channel.position(5)))
                        .hasContent("a package is made of");
            }
            assertThat(store().has(DIGEST)).isFalse();
            assertThat(store().list()).isEmpty();

            draft.keep();

            assertThat(store().has(DIGEST)).isTrue();
        }
        assertThat(store().verify(DIGEST)).isEqualTo(new Verification.Intact());
        assertThat(held()).hasSize(1);
    }

    @Test
    protected void a_sealed_draft_takes_no_more_bytes() throws IOException {
        try (var draft = store().draft()) {
            assertThatThrownBy(draft::open).isInstanceOf(IllegalStateException.class);
            draft.seal();
            assertThatThrownBy(() -> draft.write(CONTENT, 0, 1))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    protected void many_who_put_the_same_content_at_once_all_succeed() throws Exception {
        var content = new byte[1 << 20];
        new Random(7).nextBytes(content);
        var digest = Sha512.hashOf(content);
        var start = new CyclicBarrier(8);
        Callable<PutOutcome> put =
                () -> {
                    start.await();
                    return store().put(digest, stream(content));
                };

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var outcome : threads.invokeAll(Collections.nCopies(8, put))) {
                assertThat(outcome.get()).isEqualTo(new PutOutcome.Stored(content.length));
            }
        }

        assertThat(store().verify(digest)).isEqualTo(new Verification.Intact());
        assertThat(held()).hasSize(1);
    }

    @Test
    protected void a_changed_byte_is_found_out_and_a_new_put_heals_it() throws IOException {
        store().put(DIGEST, stream(CONTENT));
        var rotten = CONTENT.clone();
        rotten[3] ^= 1;
        damage(DIGEST, rotten);

        assertThat(store().verify(DIGEST))
                .isEqualTo(new Verification.Broken(Sha512.hashOf(rotten)));
        store().put(DIGEST, stream(CONTENT));
        assertThat(store().verify(DIGEST)).isEqualTo(new Verification.Intact());
    }
}
