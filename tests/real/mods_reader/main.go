// Reads a mods.yml as mods 1.8.1 does, with the same YAML library and the same types, and prints what it has.
//
// mods itself is archived and not everywhere to be had; how it reads its settings is this much.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"gopkg.in/yaml.v3"
)

type model struct {
	MaxChars       int64    `yaml:"max-input-chars" json:"max-input-chars"`
	Aliases        []string `yaml:"aliases" json:"aliases"`
	Fallback       string   `yaml:"fallback" json:"fallback"`
	ThinkingBudget int      `yaml:"thinking-budget,omitempty" json:"thinking-budget"`
}

type api struct {
	Name    string           `json:"name"`
	Key     string           `yaml:"api-key" json:"api-key"`
	KeyEnv  string           `yaml:"api-key-env" json:"api-key-env"`
	KeyCmd  string           `yaml:"api-key-cmd" json:"api-key-cmd"`
	Version string           `yaml:"version" json:"version"`
	BaseURL string           `yaml:"base-url" json:"base-url"`
	Models  map[string]model `yaml:"models" json:"models"`
	User    string           `yaml:"user" json:"user"`
}

// The order of the apis counts in mods, so they are read as pairs and not as a map.
type apis []api

func (found *apis) UnmarshalYAML(node *yaml.Node) error {
	for pair := 0; pair+1 < len(node.Content); pair += 2 {
		var one api
		if err := node.Content[pair+1].Decode(&one); err != nil {
			return err
		}
		one.Name = node.Content[pair].Value
		*found = append(*found, one)
	}
	return nil
}

type settings struct {
	API         string              `yaml:"default-api" json:"default-api"`
	Model       string              `yaml:"default-model" json:"default-model"`
	MaxChars    int64               `yaml:"max-input-chars" json:"max-input-chars"`
	MaxRetries  int                 `yaml:"max-retries" json:"max-retries"`
	Temperature float64             `yaml:"temp" json:"temp"`
	TopP        float64             `yaml:"topp" json:"topp"`
	TopK        int64               `yaml:"topk" json:"topk"`
	WordWrap    int                 `yaml:"word-wrap" json:"word-wrap"`
	Fanciness   uint                `yaml:"fanciness" json:"fanciness"`
	StatusText  string              `yaml:"status-text" json:"status-text"`
	Roles       map[string][]string `yaml:"roles" json:"roles"`
	APIs        apis                `yaml:"apis" json:"apis"`
	// What is read and not looked at here: a value of a wrong type ends the start all the same.
	Format     bool              `yaml:"format" json:"-"`
	FormatText formatText        `yaml:"format-text" json:"-"`
	FormatAs   string            `yaml:"format-as" json:"-"`
	Raw        bool              `yaml:"raw" json:"-"`
	Quiet      bool              `yaml:"quiet" json:"-"`
	MaxTokens  int64             `yaml:"max-tokens" json:"-"`
	MaxAnswer  int64             `yaml:"max-completion-tokens" json:"-"`
	Stop       []string          `yaml:"stop" json:"-"`
	NoLimit    bool              `yaml:"no-limit" json:"-"`
	CachePath  string            `yaml:"cache-path" json:"-"`
	NoCache    bool              `yaml:"no-cache" json:"-"`
	PromptArgs bool              `yaml:"include-prompt-args" json:"-"`
	Prompt     int               `yaml:"include-prompt" json:"-"`
	HTTPProxy  string            `yaml:"http-proxy" json:"-"`
	System     string            `yaml:"system" json:"-"`
	Role       string            `yaml:"role" json:"-"`
	Theme      string            `yaml:"theme" json:"-"`
	User       string            `yaml:"user" json:"-"`
	MCPServers map[string]server `yaml:"mcp-servers" json:"-"`
	MCPTimeout time.Duration     `yaml:"mcp-timeout" json:"-"`
}

type server struct {
	Type    string   `yaml:"type"`
	Command string   `yaml:"command"`
	Env     []string `yaml:"env"`
	Args    []string `yaml:"args"`
	URL     string   `yaml:"url"`
}

// One text, or a text for each format.
type formatText map[string]string

func (found *formatText) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return nil
	}
	return node.Decode((*map[string]string)(found))
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		var found settings
		if err = yaml.Unmarshal(text, &found); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(found)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
