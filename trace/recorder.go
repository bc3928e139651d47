package trace

// Recorder takes what trace/dialogue finds, as it becomes known. The pointers stay valid; the last call for a session is
// Session, after which nobody changes it.
type Recorder interface {
	Event(s *Session, e *Event)
	Session(s *Session)
}

// Discard is a Recorder that keeps nothing.
type Discard struct{}

// Event does nothing.
func (Discard) Event(*Session, *Event) {}

// Session does nothing.
func (Discard) Session(*Session) {}
