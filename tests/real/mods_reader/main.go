// Reads a mods.yml as mods 1.8.1 does, with the same YAML library and the same types, and prints what it has.
//
// mods itself is archived and not everywhere to be had; how it reads its settings is this much.
package main

import (
	"encoding/json"
	"fmt"
	"os"

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
