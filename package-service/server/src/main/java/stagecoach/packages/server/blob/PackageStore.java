package stagecoach.packages.server.blob;

/**
 * All that the services want of the storage of packages, for those who need more than one part of
 * it. Who only reads blobs and stores them takes a {@link BlobStore}.
 */
public interface PackageStore extends BlobStore, PartialBlobs, BlobsAside, BlobDisk {}
