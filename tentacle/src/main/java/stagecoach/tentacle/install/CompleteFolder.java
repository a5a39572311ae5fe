package stagecoach.tentacle.install;

import java.io.IOException;

/**
 * Says that the new folder is complete, once it is on disk: after a power cut the journal must not
 * vouch for files that are gone.
 */
final class CompleteFolder implements Behaviour {
    private final FolderSync disk;

    CompleteFolder(FolderSync disk) {
        this.disk = disk;
    }

    @Override
    public void apply(Installation installation) throws IOException, InterruptedException {
        if (installation.isUnpacked()) {
            return;
        }
        installation
                .live()
                .interruptibly(
                        () -> {
                            disk.sync(installation.content());
                            return installation.content();
                        });
        installation.unpacked();
    }
}
