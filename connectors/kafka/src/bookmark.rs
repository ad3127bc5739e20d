//! The sink's position in Kafka: the offset of a consumer group that nobody consumes with.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::error::RDKafkaErrorCode as Code;
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::client::{Listener, serve_consumer};
use crate::fault::{Kind, Trouble};

/// How long one question may take before errors are looked at.
const SLICE: Duration = Duration::from_millis(500);

/// Pause before a question is repeated.
const REPEAT: Duration = Duration::from_millis(50);

/// Partition of the position topic that the position is committed for: every topic has it.
const POSITION_PARTITION: i32 = 0;

/// Where the position is kept in Kafka.
#[derive(Debug, Clone)]
pub(crate) struct Bookmark {
    /// Consumer group whose offset the position is.
    pub(crate) group: String,
    pub(crate) topic: String,
    /// Identity of the log, kept beside the offset.
    pub(crate) log: String,
}

impl Bookmark {
    /// The offset that says that `seq` was the last record delivered.
    pub(crate) fn offsets(&self, seq: i64) -> Result<TopicPartitionList, Trouble> {
        let mut offsets = TopicPartitionList::with_capacity(1);
        let mut place = offsets.add_partition(&self.topic, POSITION_PARTITION);
        place
            .set_offset(Offset::Offset(seq.saturating_add(1)))
            .map_err(|error| Trouble::from(&error))?;
        place.set_metadata(&self.log);
        Ok(offsets)
    }

    /// Reads the position that the group has committed, waiting for transactions under way. Blocks.
    pub(crate) fn read(
        &self,
        sink: &str,
        reader: &ClientConfig,
        deadline: Instant,
    ) -> Result<(ConsumerGroupMetadata, Option<i64>), (Trouble, Option<Trouble>)> {
        let reader: BaseConsumer<Listener> = reader
            .create_with_context(Listener::new(sink))
            .map_err(|error| (Trouble::from(&error), None))?;
        let group = reader.group_metadata().ok_or_else(|| {
            (
                Trouble::new(Code::UnknownGroup, "the client has no consumer group"),
                None,
            )
        })?;
        loop {
            let trouble = match self.ask(&reader) {
                Ok(committed) => {
                    let position = self
                        .position_of(&committed)
                        .map_err(|trouble| (trouble, None))?;
                    return Ok((group, position));
                }
                Err(trouble) => trouble,
            };
            serve_consumer(&reader);
            let cause = reader.context().trouble();
            let hopeless = |trouble: &Trouble| {
                trouble.kind().is_hopeless() || trouble.kind() == Kind::UnknownTopic
            };
            if hopeless(&trouble)
                || cause.as_ref().is_some_and(hopeless)
                || Instant::now() >= deadline
            {
                return Err((trouble, cause));
            }
            std::thread::sleep(REPEAT);
        }
    }

    fn ask(&self, reader: &BaseConsumer<Listener>) -> Result<TopicPartitionList, Trouble> {
        let mut wanted = TopicPartitionList::with_capacity(1);
        wanted.add_partition(&self.topic, POSITION_PARTITION);
        let committed = reader
            .committed_offsets(wanted, SLICE)
            .map_err(|error| Trouble::from(&error))?;
        if let Some(place) = committed.find_partition(&self.topic, POSITION_PARTITION) {
            place.error().map_err(|error| Trouble::from(&error))?;
        }
        Ok(committed)
    }

    fn position_of(&self, committed: &TopicPartitionList) -> Result<Option<i64>, Trouble> {
        let Some(place) = committed.find_partition(&self.topic, POSITION_PARTITION) else {
            return Ok(None);
        };
        let Offset::Offset(offset) = place.offset() else {
            return Ok(None);
        };
        let metadata = metadata_of(&place);
        // An offset set with Kafka's own tools has no metadata and is believed.
        if !metadata.is_empty() && metadata != self.log {
            let group = &self.group;
            return Err(Trouble::new(
                Code::InvalidArgument,
                format!("consumer group {group} holds the position of another log, {metadata:?}"),
            ));
        }
        Ok(Some(offset.saturating_sub(1)))
    }
}

/// What stands beside an offset. The client panics over what is not UTF-8, which is none of ours.
fn metadata_of(place: &TopicPartitionListElem<'_>) -> String {
    let read = AssertUnwindSafe(|| place.metadata().to_owned());
    catch_unwind(read).unwrap_or_else(|_| "no text".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn bookmark() -> Bookmark {
        Bookmark {
            group: "dateline-a-kafka.main".to_owned(),
            topic: "news".to_owned(),
            log: "a".to_owned(),
        }
    }

    fn committed(offset: Offset, metadata: &str) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        let mut place = list.add_partition("news", POSITION_PARTITION);
        place.set_offset(offset).unwrap();
        place.set_metadata(metadata);
        list
    }

    #[test]
    fn the_position_is_one_before_the_offset() {
        assert_eq!(
            bookmark().position_of(&committed(Offset::Offset(43), "a")),
            Ok(Some(42))
        );
        assert_eq!(
            bookmark().position_of(&committed(Offset::Offset(43), "")),
            Ok(Some(42))
        );
        assert_eq!(
            bookmark().position_of(&committed(Offset::Invalid, "")),
            Ok(None)
        );
        assert_eq!(bookmark().position_of(&TopicPartitionList::new()), Ok(None));
    }

    #[test]
    fn the_position_of_another_log_is_not_believed() {
        let trouble = bookmark()
            .position_of(&committed(Offset::Offset(43), "b"))
            .unwrap_err();
        assert_eq!(trouble.kind(), Kind::Unsupported);
        assert!(trouble.text.contains("another log"));
    }
}
