//! The album: pictures of sheets that a reader met and could not read, for another child to recognise.

use super::remark::Remark;

/// Pictures that are kept of one document: the sheets that come first say what it is about.
const MOST: usize = 12;
/// Bytes that they may take together.
const BYTES: usize = 48 << 20;

/// Pictures in the order of the document, each with where in its text they belong.
#[derive(Default)]
pub(super) struct Album {
    pictures: Vec<(usize, Vec<u8>)>,
    bytes: usize,
}

impl Album {
    /// Keeps a picture that belongs at this place of the text, if there is room.
    pub(super) fn keep(&mut self, at: usize, picture: Vec<u8>) -> Result<(), Remark> {
        if self.pictures.len() == MOST || picture.len() > BYTES - self.bytes {
            return Err(Remark::Cut);
        }
        self.bytes += picture.len();
        self.pictures.push((at, picture));
        Ok(())
    }

    /// Nothing was kept.
    pub(super) fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// Bytes that an album may add to an answer.
    pub(super) const fn longest() -> u64 {
        BYTES as u64
    }

    /// The pictures, each with its place in the text.
    pub(super) fn into_pictures(self) -> Vec<(usize, Vec<u8>)> {
        self.pictures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_album_is_full_by_number_and_by_size() {
        let mut album = Album::default();
        assert!(album.is_empty());
        for at in 0..MOST {
            assert_eq!(album.keep(at, vec![1]), Ok(()));
        }
        assert_eq!(album.keep(0, vec![1]), Err(Remark::Cut));
        let mut album = Album::default();
        assert_eq!(album.keep(0, vec![0; BYTES]), Ok(()));
        assert_eq!(album.keep(0, vec![0]), Err(Remark::Cut));
        assert_eq!(album.into_pictures().len(), 1);
    }
}
