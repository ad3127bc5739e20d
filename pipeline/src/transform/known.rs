//! What a batch knows of something: what is stored, or what the batch has made of it, which is news for the store.

/// A value, or that there is none.
#[derive(Debug, Clone)]
pub(super) struct Known<T> {
    value: Option<T>,
    is_news: bool,
}

impl<T> Known<T> {
    /// As it is stored.
    pub(super) fn stored(value: Option<T>) -> Self {
        Self {
            value,
            is_news: false,
        }
    }

    /// As the batch has made it.
    pub(super) fn made(value: T) -> Self {
        Self {
            value: Some(value),
            is_news: true,
        }
    }

    /// That the batch has taken it away.
    pub(super) fn taken_away() -> Self {
        Self {
            value: None,
            is_news: true,
        }
    }

    pub(super) fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// What the store is to be told, if anything: the value, or that there is none any more.
    pub(super) fn news(self) -> Option<Option<T>> {
        self.is_news.then_some(self.value)
    }

    /// The value that the store is to be told.
    pub(super) fn new_value(self) -> Option<T> {
        self.news().flatten()
    }
}
