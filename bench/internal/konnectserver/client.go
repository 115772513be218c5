package konnectserver

import (
	"context"
	"fmt"
	"io"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"os/exec"

	"github.com/konnectkit/konnectkit/bench/internal/measure"
	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// Role is that of the server's process.
const Role = "server"

// Server is the server's process as the driver sees it.
type Server struct {
	Address
	process *exec.Cmd
	client  *rpc.Client
}

// Start starts the process. Close ends it; it ends too when the driver does.
func Start() (*Server, error) {
	process, err := measure.Command(context.Background(), Role)
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	process.Stderr = os.Stderr
	in, err := process.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	s := &Server{process: process, client: rpc.NewClientWithCodec(jsonrpc.NewClientCodec(pipes{out, in}))}
	if s.Address, err = ask[Address](s, "Address", Nothing{}); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the process and waits for its end.
func (s *Server) Close() error {
	_ = s.client.Close()
	if err := s.process.Wait(); err != nil {
		return fmt.Errorf("end the server: %w", err)
	}
	return nil
}

// Begin sets the conditions and every count to zero.
func (s *Server) Begin(c Conditions) error { return tell(s, "Begin", c) }

// Counts tells what the server saw since Begin.
func (s *Server) Counts() (Counts, error) { return ask[Counts](s, "Counts", Nothing{}) }

// AddControlPlane creates the control plane and returns its ID.
func (s *Server) AddControlPlane() (string, error) {
	return ask[string](s, "AddControlPlane", Nothing{})
}

// ControlPlane returns the ID of the control plane, which must be there.
func (s *Server) ControlPlane() (string, error) { return ask[string](s, "ControlPlane", Nothing{}) }

// Drift changes two percent of the work's entities, two at least, and returns how many.
func (s *Server) Drift(work workload.Work) (int, error) { return ask[int](s, "Drift", work) }

// Verify fails unless the server holds the work and nothing else.
func (s *Server) Verify(work workload.Work) error { return tell(s, "Verify", work) }

func ask[T any](s *Server, method string, argument any) (T, error) {
	var answer T
	if err := s.client.Call(serviceName+"."+method, argument, &answer); err != nil {
		return answer, fmt.Errorf("server: %w", err)
	}
	return answer, nil
}

func tell(s *Server, method string, argument any) error {
	_, err := ask[Nothing](s, method, argument)
	return err
}

type pipes struct {
	io.ReadCloser
	io.WriteCloser
}

// Close closes the process's input, which ends the process.
func (p pipes) Close() error { return p.WriteCloser.Close() }
