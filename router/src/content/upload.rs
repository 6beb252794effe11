//! Writing an object whose length is not known beforehand, in constant memory.

use std::{fmt, mem};

use bytes::Bytes;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, path::Path};
use tokio::{runtime::Handle, task::JoinHandle};

use super::{
    Binding, ContentError, ContentRef, ContentStore,
    seal::Sealer,
    store::{Objects, object_path},
};
use crate::keys::{Entropy, MessageKey};

/// Bytes on their way into an object that nobody sees before [`Upload::finish`].
///
/// What fits in one part is put in one request; more becomes a multipart upload, one part under way while the next
/// is filled.
pub struct Upload {
    objects: Objects,
    name: String,
    path: Path,
    /// Filled up to one part.
    part: Vec<u8>,
    under_way: Option<UnderWay>,
    total: u64,
    broken: bool,
}

struct UnderWay {
    upload: Box<dyn MultipartUpload>,
    sending: Option<JoinHandle<object_store::Result<()>>>,
}

impl Upload {
    pub(super) fn new(objects: Objects, name: &str) -> Result<Self, ContentError> {
        let path = object_path(name)?;
        Ok(Self {
            objects,
            name: name.to_owned(),
            path,
            part: Vec::new(),
            under_way: None,
            total: 0,
            broken: false,
        })
    }

    /// Adds bytes. After a failure, or when a caller gave up waiting half-way, the upload takes no more.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), ContentError> {
        self.check()?;
        self.broken = true;
        let full = self.objects.part_size();
        while !bytes.is_empty() {
            if self.part.len() == full {
                self.send_part().await?;
            }
            let (now, later) = bytes.split_at((full - self.part.len()).min(bytes.len()));
            self.part.extend_from_slice(now);
            self.total += now.len() as u64;
            bytes = later;
        }
        self.broken = false;
        Ok(())
    }

    /// Makes the object durable and visible; returns its length.
    pub async fn finish(mut self) -> Result<u64, ContentError> {
        self.check()?;
        if self.under_way.is_none() {
            let whole = Bytes::from(mem::take(&mut self.part));
            self.objects.put(&self.name, &self.path, whole.into()).await?;
            return Ok(self.total);
        }
        self.send_part().await?;
        self.settle().await?;
        if let Some(under_way) = &mut self.under_way {
            under_way.upload.complete().await.map_err(ContentError::writing)?;
        }
        self.under_way = None;
        Ok(self.total)
    }

    async fn send_part(&mut self) -> Result<(), ContentError> {
        self.settle().await?;
        let size = self.objects.part_size();
        let part = mem::replace(&mut self.part, Vec::with_capacity(size));
        let under_way = match &mut self.under_way {
            Some(under_way) => under_way,
            none => {
                self.objects.prepare(&self.name).await?;
                let upload =
                    self.objects.store.put_multipart(&self.path).await.map_err(ContentError::writing)?;
                none.insert(UnderWay { upload, sending: None })
            }
        };
        let sending = under_way.upload.put_part(PutPayload::from(part));
        under_way.sending = Some(tokio::spawn(sending));
        Ok(())
    }

    /// Waits for the part that is being sent.
    async fn settle(&mut self) -> Result<(), ContentError> {
        let Some(sending) = self.under_way.as_mut().and_then(|under_way| under_way.sending.as_mut()) else {
            return Ok(());
        };
        // Waited for where it lies: if our caller gives up, the clean-up still knows what to wait for.
        let sent = sending.await;
        if let Some(under_way) = &mut self.under_way {
            under_way.sending = None;
        }
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(ContentError::writing(error)),
            Err(error) => Err(ContentError::unavailable(error)),
        }
    }

    fn check(&self) -> Result<(), ContentError> {
        match self.broken {
            true => Err(ContentError::unavailable("this upload has failed before")),
            false => Ok(()),
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(mut under_way) = self.under_way.take() else { return };
        // Without a runtime the local file still goes with the upload; a bucket's lifecycle rule takes the rest.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Some(sending) = under_way.sending.take() {
                let _ = sending.await;
            }
            if let Err(error) = under_way.upload.abort().await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "an unfinished upload was left behind"
                );
            }
        });
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("name", &self.name).field("total", &self.total).finish_non_exhaustive()
    }
}

/// A large letter on its way into an object of its own, sealed as it comes.
pub struct ContentWriter {
    upload: Upload,
    sealer: Sealer,
    plain: u64,
}

impl ContentStore {
    /// Begins an object for one letter. Nothing is there to be seen, or on disk for good, before
    /// [`ContentWriter::finish`]; dropped before that, it leaves nothing.
    pub fn writer(
        &self,
        name: &str,
        key: &MessageKey,
        binding: Binding<'_>,
        entropy: Entropy<'_>,
    ) -> Result<ContentWriter, ContentError> {
        Ok(ContentWriter {
            upload: self.raw_put(name)?,
            sealer: Sealer::new(key, binding, entropy),
            plain: 0,
        })
    }
}

impl ContentWriter {
    /// Adds content.
    pub async fn write(&mut self, plain: &[u8]) -> Result<(), ContentError> {
        // In pieces, so that one long slice does not become as long a stretch of sealed bytes.
        for piece in plain.chunks(super::seal::CHUNK) {
            self.sealer.push(piece)?;
            self.upload.write(self.sealer.closed()).await?;
            self.sealer.forget_closed();
            self.plain += piece.len() as u64;
        }
        Ok(())
    }

    /// How much content has been written.
    pub fn plain_written(&self) -> u64 {
        self.plain
    }

    /// Seals the end, makes the object durable and says where it lies.
    pub async fn finish(mut self) -> Result<ContentRef, ContentError> {
        self.upload.write(&self.sealer.finish()?).await?;
        let object = self.upload.name.clone();
        let length = self.upload.finish().await?;
        Ok(ContentRef { object, offset: 0, length })
    }
}

impl fmt::Debug for ContentWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentWriter")
            .field("object", &self.upload.name)
            .field("plain", &self.plain)
            .finish()
    }
}
