package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
)

// Server is what is used of the local server's own line of JSON.
type Server struct {
	Endpoint, IamEndpoint, ServiceInstanceId, ApiKey, AccessKeyId, SecretAccessKey string
}

func readServer() (server Server) {
	if err := json.Unmarshal([]byte(os.Getenv("LOCAL_SERVER")), &server); err != nil {
		panic(err)
	}
	return
}

func tell(name, status, detail string) {
	line, _ := json.Marshal(map[string]string{"name": name, "status": status, "detail": detail})
	if detail == "" {
		line, _ = json.Marshal(map[string]string{"name": name, "status": status})
	}
	fmt.Println(string(line))
}

func tellLie(lie string) {
	answer, err := http.Post(os.Getenv("STEP_LIES")+lie, "", nil)
	if err != nil {
		panic(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		panic(answer.Status)
	}
}

// step prints how it ended as a line of JSON that the runner reads. Where the server can be made to lie, the step first
// has to fail on every lie.
func step(name string, run func()) {
	if os.Getenv("STEP_LIES") != "" {
		for _, lie := range []string{"nothing", "falsified"} {
			tellLie(lie)
			failure := attempt(run)
			tellLie("truth")
			if failure == "" {
				tell(name, "failed", "passed although the server answered with the lie '"+lie+"'")
				return
			}
		}
	}
	if failure := attempt(run); failure != "" {
		tell(name, "failed", failure)
		return
	}
	tell(name, "passed", "")
}

func attempt(run func()) (failure string) {
	defer func() {
		if thrown := recover(); thrown != nil {
			failure = fmt.Sprint(thrown)
		}
	}()
	run()
	return
}

func same(actual, expected interface{}) {
	if !reflect.DeepEqual(actual, expected) {
		panic(fmt.Sprintf("%v instead of %v", actual, expected))
	}
}

// must gives what a call answered, and ends the step where it failed.
func must[T any](answer T, err error) T {
	if err != nil {
		panic(err)
	}
	return answer
}
