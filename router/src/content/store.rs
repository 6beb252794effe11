//! The store of objects: putting packs, finding, listing and deleting, and how it is doing.

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use jiff::Timestamp;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path};

use super::{
    Backend, ContentError, Sealed, Upload,
    folder::Folder,
    seal::{HEADER, TAG, plain_length},
};
use crate::keys::Entropy;

/// Objects made to see whether the store works; no letter is ever there.
const PROBES: &str = "probe/";

/// Where a letter lies: in which object, from where, and how many sealed bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContentRef {
    /// The object's name.
    pub object: String,
    /// Where in the object it begins.
    pub offset: u64,
    /// How many bytes it takes up there, sealed.
    pub length: u64,
}

impl ContentRef {
    /// How long the letter is once opened, or `None` when nothing sealed has this length.
    pub fn plain_length(&self) -> Option<u64> {
        plain_length(self.length)
    }

    /// The range in the object, when it can hold anything sealed at all.
    pub(super) fn range(&self) -> Option<std::ops::Range<u64>> {
        let end = self.offset.checked_add(self.length)?;
        (self.length >= (HEADER + TAG) as u64).then_some(self.offset..end)
    }
}

/// The store of letters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ContentStore {
    pub(super) objects: Objects,
}

/// An object in the store, as [`ContentStore::list`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its length.
    pub size: u64,
}

/// An object as it lies there, sealed, for a backup.
pub struct Raw {
    /// Its length.
    pub size: u64,
    /// Its bytes.
    pub bytes: BoxStream<'static, Result<Bytes, ContentError>>,
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raw({} bytes)", self.size)
    }
}

impl ContentStore {
    /// Opens the store: makes the folder when it is missing, and tidies up behind a crash in the background.
    ///
    /// A folder that cannot be written to, or a server that does not answer, is not found out here but by
    /// [`ContentStore::probe`], so that the program can start and say so.
    pub async fn open(backend: &Backend, now: Timestamp) -> Result<Self, ContentError> {
        let objects = match backend.clone() {
            Backend::Folder { path } => {
                let opening = tokio::task::spawn_blocking(move || Folder::open(&path)).await;
                let (folder, store) = opening.map_err(ContentError::unavailable)??;
                Objects { store, folder: Some(folder) }
            }
            Backend::S3(s3) => Objects { store: s3.connect()?, folder: None },
        };
        let content = Self { objects };
        let sweeper = content.clone();
        tokio::spawn(async move {
            match sweeper.sweep(now).await {
                Ok(0) => {}
                Ok(files) => tracing::info!(files, "half-written content files from before a crash removed"),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "content folder could not be tidied up"
                    );
                }
            }
        });
        Ok(content)
    }

    /// Removes half-written files in a local folder that nobody has touched for an hour, and says how many.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, ContentError> {
        match &self.objects.folder {
            Some(folder) => folder.sweep(now).await,
            None => Ok(0),
        }
    }

    /// Puts many sealed letters as one object, for the price of one flush, and says where each lies, in their order.
    pub async fn put_pack(&self, name: &str, items: Vec<Sealed>) -> Result<Vec<ContentRef>, ContentError> {
        let mut offset = 0;
        let mut refs = Vec::with_capacity(items.len());
        for item in &items {
            let length = item.len() as u64;
            refs.push(ContentRef { object: name.to_owned(), offset, length });
            offset += length;
        }
        let pack: PutPayload = items.into_iter().map(Sealed::into_bytes).collect();
        self.objects.put(name, &object_path(name)?, pack).await?;
        Ok(refs)
    }

    /// Deletes an object; one that is gone already is as good as deleted.
    pub async fn delete(&self, name: &str) -> Result<(), ContentError> {
        match self.objects.store.delete(&object_path(name)?).await {
            Ok(()) => {}
            Err(object_store::Error::NotFound { .. }) => return self.objects.missing_or_away().map(drop),
            Err(error) => return Err(ContentError::writing(error)),
        }
        let Some(folder) = self.objects.folder.clone() else { return Ok(()) };
        let name = name.to_owned();
        let flushed = tokio::task::spawn_blocking(move || folder.deleted(&name)).await;
        flushed.map_err(ContentError::unavailable)?.map_err(ContentError::from_disk)
    }

    /// All objects, in no particular order.
    pub fn list(&self) -> BoxStream<'static, Result<Listed, ContentError>> {
        self.objects
            .store
            .list(None)
            .map_err(ContentError::unavailable)
            .map_ok(|meta| Listed { name: meta.location.to_string(), size: meta.size })
            .try_filter(|object| {
                let ours = is_valid_name(&object.name) && !object.name.starts_with(PROBES);
                std::future::ready(ours)
            })
            .boxed()
    }

    /// An object as it lies there, for a backup. It says nothing about whether the bytes are sound.
    pub async fn raw_get(&self, name: &str) -> Result<Raw, ContentError> {
        let found = match self.objects.store.get(&object_path(name)?).await {
            Ok(found) => found,
            Err(error) => return Err(self.objects.not_read(error, name)),
        };
        let size = found.meta.size;
        let object = name.to_owned();
        let bytes = found.into_stream().map_err(move |error| ContentError::reading(error, &object)).boxed();
        Ok(Raw { size, bytes: stream_of_length(bytes, size, name) })
    }

    /// Begins an object from a backup. What is there by that name is replaced when the upload is finished.
    pub fn raw_put(&self, name: &str) -> Result<Upload, ContentError> {
        Upload::new(self.objects.clone(), name)
    }

    /// Whether the store takes, gives and deletes: with a small object of its own.
    pub fn probe(
        &self,
        entropy: Entropy<'_>,
    ) -> impl Future<Output = Result<(), ContentError>> + Send + use<> {
        let mut bytes = [0; 16];
        entropy(&mut bytes);
        let content = self.clone();
        async move {
            let name = format!("{PROBES}{:032x}", u128::from_be_bytes(bytes));
            let path = object_path(&name)?;
            content.objects.put(&name, &path, bytes.to_vec().into()).await?;
            let read = content.raw_get(&name).await;
            let same = match read {
                Ok(raw) => raw.bytes.try_collect::<Vec<_>>().await.map(|read| read.concat() == bytes),
                Err(error) => Err(error),
            };
            content.delete(&name).await?;
            match same? {
                true => Ok(()),
                false => Err(ContentError::unavailable("the store gave back other bytes than it was given")),
            }
        }
    }
}

/// The `object_store` and, for a local folder, what it needs besides.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) folder: Option<Arc<Folder>>,
}

impl Objects {
    /// S3 takes no part under 5 MiB except the last, and some servers want all of them alike. A disk needs none,
    /// and a smaller one keeps less in memory.
    pub(super) fn part_size(&self) -> usize {
        match self.folder {
            Some(_) => 1024 * 1024,
            None => 5 * 1024 * 1024,
        }
    }

    pub(super) async fn put(&self, name: &str, path: &Path, bytes: PutPayload) -> Result<(), ContentError> {
        self.prepare(name).await?;
        self.store.put(path, bytes).await.map(drop).map_err(ContentError::writing)
    }

    pub(super) async fn prepare(&self, name: &str) -> Result<(), ContentError> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let name = name.to_owned();
        tokio::task::spawn_blocking(move || folder.prepare(&name)).await.map_err(ContentError::unavailable)?
    }

    /// Why an object could not be read.
    pub(super) fn not_read(&self, error: object_store::Error, name: &str) -> ContentError {
        match ContentError::reading(error, name) {
            missing @ ContentError::Missing { .. } => self.missing_or_away().err().unwrap_or(missing),
            other => other,
        }
    }

    /// An object that is not there is missing, unless the whole folder is away.
    fn missing_or_away(&self) -> Result<(), ContentError> {
        match &self.folder {
            Some(folder) if !folder.is_there() => {
                Err(ContentError::unavailable("the content folder is not there"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether an object may have this name: words of letters, digits, `.`, `_` and `-` with `/` between them, none of
/// them beginning with a dot.
pub fn is_valid_name(name: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    name.len() <= 512
        && name
            .split('/')
            .all(|part| (1..=200).contains(&part.len()) && !part.starts_with('.') && part.bytes().all(valid))
}

pub(super) fn object_path(name: &str) -> Result<Path, ContentError> {
    match is_valid_name(name) {
        true => Path::parse(name).map_err(|_| ContentError::BadName),
        false => Err(ContentError::BadName),
    }
}

/// The same stream, but one that ends early ends with an error: a backup must not take half an object for a whole.
fn stream_of_length(
    bytes: BoxStream<'static, Result<Bytes, ContentError>>,
    size: u64,
    name: &str,
) -> BoxStream<'static, Result<Bytes, ContentError>> {
    let name = name.to_owned();
    stream::try_unfold((bytes, size, name), |(mut bytes, left, name)| async move {
        match bytes.try_next().await? {
            // A file that is cut while it is read goes on giving nothing.
            Some(piece) if !piece.is_empty() && piece.len() as u64 <= left => {
                let left = left - piece.len() as u64;
                Ok(Some((piece, (bytes, left, name))))
            }
            None if left == 0 => Ok(None),
            _ => Err(ContentError::tampered(&name)),
        }
    })
    .boxed()
}
